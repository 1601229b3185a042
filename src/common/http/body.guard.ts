import { applyDecorators, CanActivate, ExecutionContext, HttpStatus, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { DomainError, invalidInput } from '../errors/domain-error.js';
import { ApiRefusal } from '../openapi/refusals.js';

const BODY_LIMIT = 'bodyLimit';
const DEFAULT_LIMIT_BYTES = 1 << 20;
const MEBIBYTE = 1 << 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Lets a handler take bodies of up to so many MiB; 1 where nothing is said. */
export const BodyLimit = (mebibytes: number): MethodDecorator =>
  applyDecorators(
    SetMetadata(BODY_LIMIT, mebibytes * MEBIBYTE),
    ApiRefusal(HttpStatus.PAYLOAD_TOO_LARGE, `the body is larger than ${mebibytes} MiB`),
  );

/**
 * Reads the body as JSON, whatever `Content-Type` says, for requests that the guards before it let through; what is too
 * large or not JSON does not pass. An absent or empty body counts as `{}`.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    request.body = {};
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && (length === undefined || length === '0')) return true;
    if (request.method === 'GET' || request.method === 'HEAD') return true;
    return this.parse(
      request,
      this.reflector.get<number | undefined>(BODY_LIMIT, context.getHandler()) ?? DEFAULT_LIMIT_BYTES,
    );
  }

  private async parse(request: Request, limit: number): Promise<boolean> {
    const bytes = await read(request, limit);
    if (bytes.length > 0) request.body = parseJson(bytes);
    return true;
  }
}

/** Stops collecting where the limit is passed; what the client still sends is thrown away by Node. */
function read(request: Request, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): void =>
      reject(new DomainError('too_large', `the body is larger than ${limit / MEBIBYTE} MiB`));
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

function parseJson(bytes: Buffer): unknown {
  try {
    const text = utf8.decode(bytes);
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw invalidInput([{ field: 'body', message: `the body is not valid JSON: ${(error as Error).message}` }]);
  }
}
