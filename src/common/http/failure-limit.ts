import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { DomainError, tooMany } from '../errors/domain-error.js';

export const FAILURES_PER_MINUTE = 30;
const WINDOW_MS = 60_000;
/** Whoever has more addresses than this pushes out his own oldest ones. */
const MAX_CLIENTS = 10_000;
/** A customer's network is a /64: four of the eight groups. */
const IPV6_NETWORK_GROUPS = 4;

/**
 * Slows down the guessing of credentials, by client. What is good never comes here, so nobody who has a credential is ever
 * refused because of others behind the same address.
 */
@Injectable()
export class FailureLimit {
  private readonly failures = new LRUCache<string, { count: number }>({ max: MAX_CLIENTS, ttl: WINDOW_MS });

  constructor(private readonly perMinute: number) {}

  /** Counts a credential that failed, and gives what to answer: its own refusal, or 429 when there were too many. */
  refuse(request: Request, refusal: DomainError): DomainError {
    const client = clientOf(request);
    let failures = this.failures.get(client);
    if (!failures) this.failures.set(client, (failures = { count: 0 }));
    failures.count++;
    if (failures.count <= this.perMinute) return refusal;
    return tooMany('too many wrong credentials from this address', this.failures.getRemainingTTL(client));
  }
}

/** An IPv6 client can take any address of its network. */
function clientOf({ ip = '' }: Request): string {
  if (!ipaddr.isValid(ip)) return '';
  const address = ipaddr.process(ip);
  return 'parts' in address ? address.parts.slice(0, IPV6_NETWORK_GROUPS).join(':') : address.toString();
}
