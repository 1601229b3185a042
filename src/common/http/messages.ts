import type { Express, Request, Response } from 'express';
import { endTogether } from './end-together.js';
import { IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A response with headers that it carries whatever it answers, unless that says otherwise: names and values in turns. */
export interface GuardedResponse extends Response {
  standing: readonly string[];
  /** Called when the answer is there. */
  onAnswer?: () => void;
  /** Answers with headers of its own, and those that stand. */
  answer(status: number, headers: Record<string, string>, body: string | Buffer): void;
}

type HeadersOrReason = [reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[], headers?: OutgoingHttpHeaders];

/**
 * Classes of requests and responses that already are what Express else makes of each by changing its prototype. To set
 * the standing headers one by one would cost as much as the rest of an answer: they are written with its head.
 */
export function messagesOf(app: Express): {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
} {
  /** In lower case; the same for all responses. */
  const standingNames = new Set<string>();

  class ExpressRequest extends IncomingMessage {}

  class ExpressResponse<R extends IncomingMessage> extends ServerResponse<R> {
    standing: readonly string[] = [];
    onAnswer?: () => void;

    override writeHead(status: number, ...rest: HeadersOrReason): this {
      for (const [name, value] of pairs(this.standing)) if (!this.hasHeader(name)) this.setHeader(name, value);
      return super.writeHead(status, ...(rest as [OutgoingHttpHeaders]));
    }

    answer(status: number, headers: Record<string, string>, body: string | Buffer): void {
      this.onAnswer?.();
      if (this.getHeaderNames().length > 0 || this.replaces(headers)) this.writeHead(status, headers);
      else super.writeHead(status, this.standing.concat(...Object.entries(headers)));
      endTogether(this, body);
    }

    /** Whether one of these headers takes the place of one that stands. */
    private replaces(headers: Record<string, string>): boolean {
      if (standingNames.size === 0) for (const [name] of pairs(this.standing)) standingNames.add(name.toLowerCase());
      return Object.keys(headers).some((name) => standingNames.has(name.toLowerCase()));
    }
  }

  Object.setPrototypeOf(ExpressRequest.prototype, app.request);
  Object.setPrototypeOf(ExpressResponse.prototype, app.response);
  app.request = ExpressRequest.prototype as unknown as Request;
  app.response = ExpressResponse.prototype as unknown as Response;
  return { IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse };
}

function pairs(flat: readonly string[]): [name: string, value: string][] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []));
}
