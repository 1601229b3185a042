import { ArgumentsHost, Catch, ExceptionFilter, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Answer } from '../http/answer.js';
import { Replay } from './replay.js';
import { REPLAYED_HEADER } from './stores-record.js';

/** Gives a first answer again, and says that it is one. */
@Catch(Replay)
@Injectable()
export class ReplayFilter implements ExceptionFilter<Replay> {
  constructor(private readonly host: HttpAdapterHost) {}

  catch({ answer, status, headers }: Replay, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<unknown>();
    this.host.httpAdapter.reply(response, Answer.json(answer, { ...headers, [REPLAYED_HEADER]: 'true' }), status);
  }
}
