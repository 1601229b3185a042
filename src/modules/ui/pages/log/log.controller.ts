import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { LogQuery, LogView } from './log.view.js';

@ApiExcludeController()
@Controller('ui/log')
export class LogPageController {
  constructor(
    private readonly frame: Frame,
    private readonly log: LogView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: LogQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.log.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: LogQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.log.export(query));
  }
}
