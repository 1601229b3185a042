import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { CommitsQuery, CommitsView } from './commits.view.js';

@ApiExcludeController()
@Controller('ui/commits')
export class CommitsPageController {
  constructor(
    private readonly frame: Frame,
    private readonly commits: CommitsView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: CommitsQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.commits.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: CommitsQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.commits.export(query));
  }

  @Get(':commitId')
  show(@Param('commitId') commitId: string, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.commits.commit(commitId));
  }
}
