import { Injectable } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** The one source of secrets, so that tests can hold it still. */
@Injectable()
export class Secrets {
  /** 256 random bits as 43 characters that fit into a URL. */
  next(): string {
    return randomBytes(SECRET_BYTES).toString('base64url');
  }
}

/** What is kept of a secret that only has to be recognised: its SHA-256, in hexadecimal. */
export function digestOf(secret: string): string {
  return hash('sha256', secret);
}
