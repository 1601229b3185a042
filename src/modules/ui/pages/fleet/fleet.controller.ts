import { Controller, Get, Param, Query, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../../../common/http/answer.js';
import { Exports, GetExport } from '../../exports/exports.js';
import { Frame } from '../../frame/frame.js';
import { FleetQuery, FleetView } from './fleet.view.js';

@ApiExcludeController()
@Controller('ui/fleet')
export class FleetController {
  constructor(
    private readonly frame: Frame,
    private readonly fleet: FleetView,
    private readonly exports: Exports,
  ) {}

  @Get()
  list(@Query() query: FleetQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.fleet.page(query));
  }

  @GetExport()
  export(@Param('ending') ending: string, @Query() query: FleetQuery): Promise<StreamableFile> {
    return this.exports.file(ending, this.fleet.export(query));
  }
}
