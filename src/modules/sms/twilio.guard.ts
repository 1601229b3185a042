import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
// The package's entry loads its whole REST client, some 35 MB; this file alone needs nothing else.
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { Config } from '../../common/config/config.js';
import { DomainError } from '../../common/errors/domain-error.js';
import { FailureLimit } from '../../common/http/failure-limit.js';

type FormRequest = Request<Request['params'], unknown, Record<string, unknown>>;

/** Lets in what Twilio signed with our secret and what comes from an allowed number. */
@Injectable()
export class TwilioGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly failures: FailureLimit,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FormRequest>();
    const { twilioAuthToken, twilioWebhookUrl, twilioAllowedNumbers } = this.config;
    if (twilioAuthToken === undefined) {
      throw new DomainError('unavailable', 'text messages are off: TWILIO_AUTH_TOKEN is not set');
    }
    if (!isSigned(request, twilioAuthToken, twilioWebhookUrl ?? urlOf(request))) {
      const rule = 'Twilio makes it with TWILIO_AUTH_TOKEN over TWILIO_WEBHOOK_URL, or the URL of the request';
      const refusal = new DomainError('forbidden', `missing or wrong X-Twilio-Signature: ${rule}`);
      throw this.failures.refuse(request, refusal);
    }
    if (twilioAllowedNumbers && !twilioAllowedNumbers.some((number) => number === request.body['From'])) {
      throw new DomainError('forbidden', 'this number is not one of TWILIO_ALLOWED_NUMBERS');
    }
    return true;
  }
}

/** The library throws for what is no URL, and a stranger can write anything into a `Host` header. */
function isSigned(request: FormRequest, token: string, url: string): boolean {
  const signature = request.get('X-Twilio-Signature');
  return signature !== undefined && URL.canParse(url) && validateRequest(token, signature, url, request.body);
}

/** As its client sees it; behind a proxy that is trusted, as the client of the proxy does. */
function urlOf({ protocol, host, originalUrl }: FormRequest): string {
  return `${protocol}://${host}${originalUrl}`;
}
