import { Controller, Get, HttpStatus } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/http/public.js';
import { ApiRefusal } from '../../common/openapi/refusals.js';
import { Health, Readiness } from './health.entity.js';
import { HealthService } from './health.service.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly service: HealthService) {}

  /** Says that the process is alive; needs no credential. */
  @Public()
  @Get()
  @ApiOkResponse({ type: Health })
  health(): Health {
    return this.service.health();
  }

  /** Says whether requests make sense now; needs no credential. */
  @Public()
  @Get('ready')
  @ApiOkResponse({ type: Readiness })
  @ApiRefusal(HttpStatus.SERVICE_UNAVAILABLE, 'starting, shutting down, or the disk refuses writes')
  ready(): Promise<Readiness> {
    return this.service.readiness();
  }
}
