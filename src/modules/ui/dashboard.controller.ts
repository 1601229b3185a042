import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Answer } from '../../common/http/answer.js';
import { Pages } from '../../common/pages/pages.js';

@ApiExcludeController()
@Controller('ui')
export class DashboardController {
  constructor(private readonly pages: Pages) {}

  @Get()
  show(): Answer {
    return this.pages.page('dashboard');
  }
}
