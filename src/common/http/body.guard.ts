import { applyDecorators, CanActivate, ExecutionContext, HttpStatus, Injectable, SetMetadata } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiConsumes } from '@nestjs/swagger';
import type { Request } from 'express';
import { DomainError, invalidInput } from '../errors/domain-error.js';
import { ApiRefusal } from '../openapi/refusals.js';
import { callerOf, setCaller } from './caller.js';

/** How a handler's body is read. */
interface BodyRule {
  limitBytes: number;
  parse: (bytes: Buffer) => unknown;
}

const BODY_RULE = 'bodyRule';
const KIBIBYTE = 1 << 10;
const MEBIBYTE = 1 << 20;
const DEFAULT_RULE: BodyRule = { limitBytes: MEBIBYTE, parse: parseJson };
/** Strangers may send forms: whatever is done with the fields, such as checking a signature, must stay cheap. */
const FORM_MAX_FIELDS = 1000;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Lets a handler take bodies of up to so many MiB; 1 where nothing is said. */
export const BodyLimit = (mebibytes: number): MethodDecorator =>
  applyDecorators(
    SetMetadata(BODY_RULE, { limitBytes: mebibytes * MEBIBYTE, parse: parseJson } satisfies BodyRule),
    ApiRefusal(HttpStatus.PAYLOAD_TOO_LARGE, `the body is larger than ${mebibytes} MiB`),
  );

/** Lets a handler take a form of up to so many KiB, as `application/x-www-form-urlencoded`, in place of JSON. */
export const BodyForm = (kibibytes: number): MethodDecorator =>
  applyDecorators(
    SetMetadata(BODY_RULE, { limitBytes: kibibytes * KIBIBYTE, parse: parseForm } satisfies BodyRule),
    ApiConsumes('application/x-www-form-urlencoded'),
  );

/**
 * Reads the body as its handler says, JSON where it says nothing, whatever `Content-Type` says, for requests that the
 * guards before it let through; what is too large or cannot be read does not pass. An absent or empty body counts as
 * `{}`.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    this.receive(request, {});
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && (length === undefined || length === '0')) return true;
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    return this.parse(
      request,
      this.reflector.get<BodyRule | undefined>(BODY_RULE, context.getHandler()) ?? DEFAULT_RULE,
    );
  }

  private async parse(request: RawBodyRequest<Request>, { limitBytes, parse }: BodyRule): Promise<boolean> {
    const bytes = await read(request, limitBytes);
    request.rawBody = bytes;
    if (bytes.length > 0) this.receive(request, parse(bytes));
    return true;
  }

  /** Who sent a body is known from it alone, as pipes see no more of the request. */
  private receive(request: Request, body: unknown): void {
    request.body = body;
    if (typeof body === 'object' && body !== null) setCaller(body, callerOf(request));
  }
}

/** Stops collecting where the limit is passed; what the client still sends is thrown away by Node. */
function read(request: Request, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): void => reject(new DomainError('too_large', `the body is larger than ${sizeText(limit)}`));
    if (Number(request.headers['content-length']) > limit) return tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData).resume();
      tooLarge();
    };
    const onCutOff = (): void => reject(new DomainError('invalid_input', 'the body was cut off'));
    request.on('data', onData);
    request.once('close', onCutOff);
    request.once('end', () => {
      request.off('close', onCutOff);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    });
  });
}

function sizeText(bytes: number): string {
  return bytes < MEBIBYTE ? `${bytes / KIBIBYTE} KiB` : `${bytes / MEBIBYTE} MiB`;
}

function parseJson(bytes: Buffer): unknown {
  try {
    const text = utf8.decode(bytes);
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw invalidInput([{ field: 'body', message: `the body is not valid JSON: ${(error as Error).message}` }]);
  }
}

/** A field that comes more than once is the list of its values. Any text is a form: broken escapes stay as they are. */
function parseForm(bytes: Buffer): Record<string, string | string[]> {
  const pairs = [...new URLSearchParams(bytes.toString())];
  if (pairs.length > FORM_MAX_FIELDS) {
    throw invalidInput([{ field: 'body', message: `the form must not have more than ${FORM_MAX_FIELDS} fields` }]);
  }
  const fields = [...Map.groupBy(pairs, ([name]) => name)].map(([name, found]): [string, string | string[]] => {
    const [first = '', ...more] = found.map(([, value]) => value);
    return [name, more.length === 0 ? first : [first, ...more]];
  });
  return Object.fromEntries(fields);
}
