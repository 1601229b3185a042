import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SwarmStatus } from './status.entity.js';
import { StatusService } from './status.service.js';

@ApiTags('status')
@Controller('status')
export class StatusController {
  constructor(private readonly service: StatusService) {}

  /** Counts tasks by status, VMs and events; cheap enough to be asked every few seconds. */
  @Get()
  @ApiOkResponse({ type: SwarmStatus })
  status(): SwarmStatus {
    return this.service.status();
  }
}
