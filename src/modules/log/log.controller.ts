import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { ApiNextCursorHeader } from '../../common/openapi/lists.js';
import { LogEntries, LogEntry } from './log-entry.entity.js';
import { AppendLogEntry, ReadLog } from './log.dto.js';
import { LogService } from './log.service.js';

@ApiTags('log')
@Controller('log')
export class LogController {
  constructor(private readonly log: LogService) {}

  /** Appends an entry to the work log. */
  @Post()
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: LogEntry })
  async append(@Body() entry: AppendLogEntry): Promise<Answer> {
    return Answer.json(await this.log.append(entry));
  }

  /** Lists the newest entries of a time span, oldest first. */
  @Get()
  @ApiOkResponse({ type: LogEntries })
  async list(@Query() query: ReadLog): Promise<Answer> {
    return Answer.list('entries', await this.log.listInSlices(query));
  }

  /** Gives the same entries as text, a line each: `[timestamp] (agent) text`. */
  @Get('raw')
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String, ...ApiNextCursorHeader })
  async raw(@Query() query: ReadLog): Promise<Answer> {
    return Answer.lines(await this.log.raw(query));
  }
}
