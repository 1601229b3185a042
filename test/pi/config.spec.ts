import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../extension/config.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'vers-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function writeFile(content: string): void {
  mkdirSync(join(home, '.vers'));
  writeFileSync(join(home, '.vers', 'agent-services.json'), content);
}

const NOBODY = { agent: `agent-${process.pid}`, role: 'worker' };

describe('the configuration', () => {
  it('names an agent that has no name by its process', () => {
    expect(readConfig({}, home)).toEqual({ ...NOBODY, agentDir: join(home, '.pi', 'agent') });
  });

  it('takes the environment before the file, and an empty value for none', () => {
    writeFile(
      '{"VERS_INFRA_URL": "http://file:1", "VERS_AUTH_TOKEN": " t ", "VERS_AGENT_NAME": "file", "VERS_VM_ID": 7}',
    );
    const env = { VERS_INFRA_URL: ' https://env/base// ', VERS_AGENT_NAME: '', VERS_PARENT_AGENT: 'boss' };
    expect(readConfig({ ...env, PI_CODING_AGENT_DIR: '~/pi' }, home)).toEqual({
      url: 'https://env/base',
      token: 't',
      agent: 'file',
      role: 'worker',
      parentAgent: 'boss',
      agentDir: join(home, 'pi'),
    });
  });

  it.each([
    ['{"VERS_INFRA_URL"', /agent-services\.json cannot be read: SyntaxError/],
    ['null', undefined],
    ['["VERS_INFRA_URL"]', undefined],
    ['{"VERS_INFRA_URL": "ftp://x"}', /^VERS_INFRA_URL is not an http or https URL: ftp:\/\/x$/],
    ['{"VERS_INFRA_URL": "http://"}', /is not an http or https URL/],
  ])('says what is wrong with the file %j', (content, problem) => {
    writeFile(content);
    const config = readConfig({}, home);
    expect(config.url).toBeUndefined();
    expect(config.problem ?? '').toMatch(problem ?? /^$/);
  });
});
