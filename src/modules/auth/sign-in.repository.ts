import { Injectable } from '@nestjs/common';
import { ServicesDatabase } from '../../common/storage/services-database.js';
import { CreateSessions1790000300000, NameSessions1790000600000 } from './auth.migration.js';

/** A span of time on the server's clock, in milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** A magic link as far as limits are concerned. */
export interface LinkRow {
  createdAt: number;
  isUsed: 0 | 1;
}

/** A browser that is signed in: since when, and who. */
export interface SessionRow {
  createdAt: number;
  name: string;
}

/** Magic links and sessions in `services.sqlite`, by the digests of their secrets. */
@Injectable()
export class SignInRepository {
  private readonly links = this.database.write<LinkRow, []>(
    'SELECT created_at AS createdAt, is_used AS isUsed FROM magic_links ORDER BY created_at',
  );
  private readonly insertLink = this.database.write(
    'INSERT INTO magic_links (digest, name, created_at) VALUES (?, ?, ?)',
  );
  private readonly useLink = this.database.write<{ name: string }, [string, number, number]>(
    'UPDATE magic_links SET is_used = 1 WHERE digest = ? AND is_used = 0 AND created_at BETWEEN ? AND ? RETURNING name',
  );
  private readonly deleteOtherLinks = this.database.write<never, [number, number]>(
    'DELETE FROM magic_links WHERE created_at NOT BETWEEN ? AND ?',
  );
  private readonly insertSession = this.database.write(
    'INSERT INTO sessions (digest, name, created_at) VALUES (?, ?, ?)',
  );
  private readonly deleteSession = this.database.write('DELETE FROM sessions WHERE digest = ?');
  private readonly deleteSessionsBefore = this.database.write('DELETE FROM sessions WHERE created_at < ?');

  private readonly openLink = this.database.read<unknown, [string, number, number]>(
    'SELECT 1 FROM magic_links WHERE digest = ? AND is_used = 0 AND created_at BETWEEN ? AND ?',
  );
  private readonly byDigest = this.database.read<SessionRow, [string]>(
    'SELECT created_at AS createdAt, name FROM sessions WHERE digest = ?',
  );

  constructor(private readonly database: ServicesDatabase) {
    database.define(CreateSessions1790000300000, NameSessions1790000600000);
  }

  /** Keeps a link for `name` made at the end of `valid`, unless `check` throws on seeing those made in that time, oldest first. */
  addLink(digest: string, name: string, valid: Span, check: (links: LinkRow[]) => void): Promise<void> {
    return this.database.change(() => {
      this.deleteOtherLinks.run(valid.from, valid.to);
      check(this.links.all());
      this.insertLink.run(digest, name, valid.to);
    });
  }

  /**
   * Uses up a link made within `valid` for a session that begins at its end, and forgets sessions that began before
   * `oldest`; gives whether there was such a link.
   */
  async redeem(link: string, valid: Span, session: string, oldest: number): Promise<boolean> {
    // Guesses end here, so that strangers cost the writer nothing.
    if (this.openLink.get(link, valid.from, valid.to) === undefined) return false;
    return this.database.change(() => {
      const used = this.useLink.get(link, valid.from, valid.to);
      if (!used) return false;
      this.deleteSessionsBefore.run(oldest);
      this.insertSession.run(session, used.name, valid.to);
      return true;
    });
  }

  session(digest: string): SessionRow | undefined {
    return this.byDigest.get(digest);
  }

  endSession(digest: string): Promise<void> {
    return this.database.change(() => void this.deleteSession.run(digest));
  }
}
