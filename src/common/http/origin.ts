import type { Request } from 'express';
import type { Config } from '../config/config.js';
import { invalidInput } from '../errors/domain-error.js';

/**
 * Where the links in an answer lead, such as `https://agents.example.org`: `PUBLIC_URL` when it is set, else the host that
 * the request itself names; `X-Forwarded-Proto` and `X-Forwarded-Host` count only with `TRUST_PROXY`.
 * @throws DomainError `invalid_input` when the request names no host
 */
export function originOf(request: Request, config: Config): string {
  if (config.publicUrl) return config.publicUrl;
  // Absent in HTTP/1.0, whatever Express' types say.
  const host = (request.host as string | undefined) ?? '';
  const url = URL.parse(`${request.secure ? 'https' : 'http'}://${host}`);
  if (!url) throw invalidInput([{ field: 'Host', message: 'the Host header names no host' }]);
  return url.origin;
}
