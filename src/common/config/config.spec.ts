import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { loadConfig } from './config.js';

describe('loadConfig', () => {
  it('has a default for everything, and then listens on this machine only', () => {
    expect(loadConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: resolve('data'),
      trustProxy: false,
      durability: 'fsync',
      logLevel: 'info',
    });
  });

  it('listens on every address when a token is set', () => {
    expect(loadConfig({ VERS_AUTH_TOKEN: 't' }).host).toBeUndefined();
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', HOST: ' ', PUBLIC_URL: '', LOG_LEVEL: '', TWILIO_AUTH_TOKEN: ' ' })).toEqual(
      loadConfig({}),
    );
  });

  it.each([
    [{ PORT: '0' }, { port: 0 }],
    [{ HOST: '::' }, { host: '::' }],
    [{ HOST: 'agents.example' }, { host: 'agents.example' }],
    [{ PUBLIC_URL: 'https://agents.example/' }, { publicUrl: 'https://agents.example' }],
    [{ TRUST_PROXY: 'true' }, { trustProxy: true }],
    [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
    [{ TRUST_PROXY: 'loopback, 10.0.0.0/8, fd00::/8' }, { trustProxy: ['loopback', '10.0.0.0/8', 'fd00::/8'] }],
    [{ DURABILITY: 'os' }, { durability: 'os' }],
    [{ AGENT_MAX_TASKS: '3' }, { agentMaxTasks: 3 }],
    [{ TWILIO_AUTH_TOKEN: ' s3cret ' }, { twilioAuthToken: 's3cret' }],
    [{ TWILIO_WEBHOOK_URL: 'https://A.example/hook?a=b' }, { twilioWebhookUrl: 'https://A.example/hook?a=b' }],
    [{ TWILIO_ALLOWED_NUMBERS: '+15550100, +4930123' }, { twilioAllowedNumbers: ['+15550100', '+4930123'] }],
  ])('reads %j', (env, expected) => {
    expect(loadConfig(env)).toMatchObject(expected);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['AGENT_MAX_TASKS', '0'],
    ['AGENT_MAX_TASKS', '1.5'],
    ['PORT', '3000x'],
    ['HOST', 'two words'],
    ['PUBLIC_URL', 'agents.example'],
    ['PUBLIC_URL', 'ftp://agents.example'],
    ['PUBLIC_URL', 'https://user@agents.example'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', 'proxy.example'],
    ['DURABILITY', 'FSYNC'],
    ['LOG_LEVEL', 'trace'],
    ['TWILIO_AUTH_TOKEN', 'two words'],
    ['TWILIO_WEBHOOK_URL', '/twilio/webhook'],
    ['TWILIO_WEBHOOK_URL', 'ftp://agents.example/'],
    ['TWILIO_WEBHOOK_URL', 'http:agents.example'],
    ['TWILIO_WEBHOOK_URL', 'https://'],
    ['TWILIO_ALLOWED_NUMBERS', '5550100'],
    ['TWILIO_ALLOWED_NUMBERS', '+15550100,'],
    ['TWILIO_ALLOWED_NUMBERS', '+15550100 +15550101'],
    ['TWILIO_ALLOWED_NUMBERS', '+1234567890123456'],
    ['VERS_AUTH_TOKEN', ''],
    ['VERS_AUTH_TOKEN', 'two words'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(() => loadConfig({ [name]: value })).toThrow(new RegExp(`^${name} must be`));
  });

  it('names every bad value at once, but never a secret', () => {
    const secrets = { VERS_AUTH_TOKEN: 'my secret', TWILIO_AUTH_TOKEN: 'my secret' };
    const refusal = (): unknown => loadConfig({ PORT: 'x', LOG_LEVEL: 'y', ...secrets });
    expect(refusal).toThrow(/TWILIO_AUTH_TOKEN[^]*PORT[^]*LOG_LEVEL/);
    expect(refusal).not.toThrow(/my secret/);
  });
});
