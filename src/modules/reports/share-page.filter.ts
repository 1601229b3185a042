import { ArgumentsHost, Catch, HttpStatus, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { DomainError } from '../../common/errors/domain-error.js';
import { ErrorFilter } from '../../common/errors/error.filter.js';
import { FailureLimit } from '../../common/http/failure-limit.js';
import { Pages } from '../../common/pages/pages.js';
import { SHARE_HEADERS } from './share-headers.js';

/** Says the same of every link that leads nowhere, so that nobody learns whether it ever led somewhere. */
@Catch()
@Injectable()
export class SharePageFilter extends ErrorFilter {
  constructor(
    private readonly pages: Pages,
    private readonly failures: FailureLimit,
  ) {
    super();
  }

  /** A link that leads nowhere may be a guess. */
  override catch(error: unknown, host: ArgumentsHost): void {
    const isGuess = error instanceof DomainError && error.code === 'not_found';
    super.catch(isGuess ? this.failures.refuse(host.switchToHttp().getRequest(), error) : error, host);
  }

  protected override send(response: Response, body: { error: string }): void {
    if (response.statusCode !== (HttpStatus.NOT_FOUND as number)) {
      super.send(response, body);
      return;
    }
    const page = this.pages.page('share-gone', {}, SHARE_HEADERS);
    response.set(page.headers).type(page.type).send(page.body);
  }
}
