import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { StreamQuery } from '../../../common/sse/stream.dto.js';
import { LiveStream } from './live-stream.js';

@ApiExcludeController()
@Controller('ui')
export class LiveController {
  constructor(private readonly stream: LiveStream) {}

  @Get('live')
  open(@Query() query: StreamQuery, @Req() request: Request, @Res() response: Response): void {
    return this.stream.open(request, response, query);
  }
}
