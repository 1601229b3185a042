import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { tooMany } from '../../common/errors/domain-error.js';
import { digestOf, Secrets } from '../../common/secrets.js';
import type { CreateLink } from './auth.dto.js';
import type { MagicLink } from './magic-link.entity.js';
import { SESSION_SECONDS } from './sessions.service.js';
import { LinkRow, SignInRepository, Span } from './sign-in.repository.js';

const DEFAULT_NAME = 'dashboard';
const VALID_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
const OPEN_MAX = 5;
const NEW_MAX_PER_MINUTE = 10;

/** Links that let a person in once, within five minutes. */
@Injectable()
export class MagicLinksService {
  constructor(
    private readonly repository: SignInRepository,
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  /** Makes a link to the server at `origin`. */
  async create({ name = DEFAULT_NAME }: CreateLink, origin: string): Promise<MagicLink> {
    const token = this.secrets.next();
    const valid = this.valid();
    await this.repository.addLink(digestOf(token), name, valid, (links) => checkLimits(links, valid.to));
    return { url: `${origin}/ui/login?token=${token}`, expiresAt: new Date(valid.to + VALID_MS).toISOString() };
  }

  /** Uses the link up and gives the secret of a new session; `undefined` when the link is used, expired or unknown. */
  async redeem(token: string): Promise<string | undefined> {
    const session = this.secrets.next();
    const oldest = this.clock.now() - SESSION_SECONDS * 1000;
    const isGood = await this.repository.redeem(digestOf(token), this.valid(), digestOf(session), oldest);
    return isGood ? session : undefined;
  }

  /** When a link that is valid now was made. */
  private valid(): Span {
    const to = this.clock.now();
    return { from: to - VALID_MS, to };
  }
}

/** `links` are those made within the last five minutes, oldest first. */
function checkLimits(links: LinkRow[], now: number): void {
  const open = links.filter(({ isUsed }) => isUsed === 0);
  refuse(open, OPEN_MAX, VALID_MS, `${OPEN_MAX} links are open already: use one of them`);
  const fresh = links.filter(({ createdAt }) => createdAt > now - MINUTE_MS);
  refuse(fresh, NEW_MAX_PER_MINUTE, MINUTE_MS, `${NEW_MAX_PER_MINUTE} links were made within a minute`);

  function refuse([oldest, ...others]: LinkRow[], max: number, countedMs: number, message: string): void {
    if (oldest && others.length + 1 >= max) throw tooMany(message, oldest.createdAt + countedMs - now);
  }
}
