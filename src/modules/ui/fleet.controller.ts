import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Answer } from '../../common/http/answer.js';
import { FleetQuery, FleetView } from './fleet.view.js';
import { Frame } from './frame.js';

@ApiExcludeController()
@Controller('ui/fleet')
export class FleetController {
  constructor(
    private readonly frame: Frame,
    private readonly fleet: FleetView,
  ) {}

  @Get()
  list(@Query() query: FleetQuery, @Req() request: Request): Promise<Answer> {
    return this.frame.show(request, this.fleet.page(query));
  }
}
