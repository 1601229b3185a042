import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { JournalQuery, JournalView } from './journal.view.js';

@ApiExcludeController()
@Controller('ui/journal')
export class JournalPageController {
  constructor(
    private readonly frame: Frame,
    private readonly journal: JournalView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: JournalQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.journal.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: JournalQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.journal.export(query));
  }
}
