import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Needs } from '../../../../common/http/needs.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { KeysQuery, KeysView } from './keys.view.js';

@ApiExcludeController()
@Controller('ui/keys')
export class KeysPageController {
  constructor(
    private readonly frame: Frame,
    private readonly keys: KeysView,
    private readonly exports: Exports,
  ) {}

  @Get()
  @Needs('admin')
  list(@Query() query: KeysQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.keys.page(query));
  }

  @GetExport()
  @Needs('admin')
  export(@Param('ending') ending: string): Promise<StreamableFile> {
    return this.exports.file(ending, this.keys.export());
  }
}
