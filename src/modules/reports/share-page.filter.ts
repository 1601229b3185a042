import { Catch, HttpStatus, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { ErrorFilter } from '../../common/errors/error.filter.js';
import { Pages } from '../../common/pages/pages.js';
import { SHARE_HEADERS } from './share-headers.js';

/** Says the same of every link that leads nowhere, so that nobody learns whether it ever led somewhere. */
@Catch()
@Injectable()
export class SharePageFilter extends ErrorFilter {
  constructor(private readonly pages: Pages) {
    super();
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
