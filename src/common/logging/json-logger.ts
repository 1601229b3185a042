import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { LogLevel } from '../config/config.js';
import { StartError } from '../errors/start-error.js';

/** What the framework tells of putting the application together is of use to its developers only. */
const FRAMEWORK = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's logger as JSON lines on standard output, written at once so that nothing is lost when the process dies. */
export class JsonLogger implements LoggerService {
  private readonly pino: pino.Logger;

  constructor(level: LogLevel) {
    this.pino = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: asName } });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(FRAMEWORK.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    // The framework logs what a provider throws; this kind is said to the operator in one sentence.
    if (message instanceof StartError) return;
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the context last; before it may stand a stack. An object's fields become the line's own. */
  private write(level: pino.Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const fields = typeof message === 'object' && message !== null ? errorOrFields(message) : { msg: String(message) };
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? { stack: rest[0] } : {};
    this.pino[level]({ context, ...fields, ...stack });
  }
}

function errorOrFields(message: object): object {
  return message instanceof Error ? { err: message, msg: message.message } : message;
}

function asName(label: string): object {
  return { level: label };
}
