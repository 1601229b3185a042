import { Catch, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { ErrorFilter } from '../errors/error.filter.js';
import { wantsPage } from '../http/dashboard-path.js';
import { requestIdOf } from '../http/edge.js';
import { Pages } from './pages.js';
import { themeOf } from './theme.js';

/** Shows people a page where programs get JSON. */
@Catch()
@Injectable()
export class PageErrorFilter extends ErrorFilter {
  constructor(private readonly pages: Pages) {
    super();
  }

  protected override send(response: Response, body: { error: string }): void {
    const { req: request, statusCode: status } = response;
    if (!wantsPage(request)) {
      super.send(response, body);
      return;
    }
    const shown = { status, error: body.error, requestId: requestIdOf(request), theme: themeOf(request) };
    const page = this.pages.page('error', shown);
    response.set(page.headers).type(page.type).send(page.body);
  }
}
