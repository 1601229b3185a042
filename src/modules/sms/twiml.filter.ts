import { Catch } from '@nestjs/common';
import type { Response } from 'express';
import { ErrorFilter } from '../../common/errors/error.filter.js';
import { XML_TYPE } from '../../common/http/answer.js';
import { twiml } from './twiml.js';

/** Refusals as a message to the person with the telephone. */
@Catch()
export class TwimlFilter extends ErrorFilter {
  protected override send(response: Response, { error }: { error: string }): void {
    response.type(XML_TYPE).send(twiml(error));
  }
}
