import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiProduces,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { ApiNextCursorHeader } from '../../common/openapi/lists.js';
import { JournalEntries, JournalEntry } from './journal-entry.entity.js';
import { ListJournal, ReadJournal, WriteJournalEntry } from './journal.dto.js';
import { JournalService } from './journal.service.js';

@ApiTags('journal')
@Controller('journal')
export class JournalController {
  constructor(private readonly journal: JournalService) {}

  /** Writes an entry into the journal. */
  @Post()
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: JournalEntry })
  async write(@Body() entry: WriteJournalEntry): Promise<Answer> {
    return Answer.json(await this.journal.write(entry));
  }

  /** Lists the newest entries of a time span, oldest first; as text with `raw=true`. */
  @Get()
  @ApiExtraModels(JournalEntries)
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(JournalEntries) } },
      'text/plain': { schema: { type: 'string' } },
    },
  })
  async list(@Query() { raw, ...query }: ListJournal): Promise<Answer> {
    return raw
      ? Answer.lines(await this.journal.raw(query))
      : Answer.list('entries', await this.journal.listInSlices(query));
  }

  /** Gives the same entries as text, a line each: `[timestamp] (author) [mood] #tag1 #tag2 text`. */
  @Get('raw')
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String, ...ApiNextCursorHeader })
  async raw(@Query() query: ReadJournal): Promise<Answer> {
    return Answer.lines(await this.journal.raw(query));
  }
}
