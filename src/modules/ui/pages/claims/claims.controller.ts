import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { ClaimsQuery, ClaimsView } from './claims.view.js';

@ApiExcludeController()
@Controller('ui/claims')
export class ClaimsPageController {
  constructor(
    private readonly frame: Frame,
    private readonly claims: ClaimsView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: ClaimsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.claims.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: ClaimsQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.claims.export(query));
  }
}
