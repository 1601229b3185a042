import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { type Caller, TheCaller } from '../../common/http/caller.js';
import { Needs } from '../../common/http/needs.js';
import { StoresRecord } from '../../common/idempotency/stores-record.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiRefusal, ApiUnknown } from '../../common/openapi/refusals.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { ListVms, RegisterVm, UpdateVm } from './registry.dto.js';
import { RegistryService } from './registry.service.js';
import { Heartbeat, Vm, VmList } from './vm.entity.js';

@ApiTags('registry')
@Controller('registry')
export class RegistryController {
  constructor(private readonly registry: RegistryService) {}

  /** Registers a VM. */
  @Post('vms')
  @StoresRecord()
  @Needs('agent')
  @ApiCreatedResponse({ type: Vm })
  @ApiRefusal(HttpStatus.CONFLICT, 'VM already registered')
  async register(@Body() vm: RegisterVm): Promise<Answer> {
    return Answer.json(await this.registry.register(vm));
  }

  /** Lists VMs, latest registration first. */
  @Get('vms')
  @ApiOkResponse({ type: VmList })
  list(@Query() query: ListVms): Answer {
    return Answer.list('vms', this.registry.list(query));
  }

  /** Gives one VM. */
  @Get('vms/:id')
  @ApiOkResponse({ type: Vm })
  @ApiUnknown('VM not found')
  get(@Param('id') id: string): Answer {
    return Answer.json(this.registry.get(id));
  }

  /** Changes what is given; the VM counts as seen. */
  @Patch('vms/:id')
  @Needs('agent')
  @ApiOkResponse({ type: Vm })
  @ApiUnknown('VM not found')
  async update(@Param('id') id: string, @Body() changes: UpdateVm): Promise<Answer> {
    return Answer.json(await this.registry.update(id, changes));
  }

  /** Takes a VM off the registry. */
  @Delete('vms/:id')
  @Needs('agent')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('VM not found')
  @ApiRefusal(HttpStatus.FORBIDDEN, 'an agent deregisters only what it registered')
  remove(@Param('id') id: string, @TheCaller() caller: Caller): Promise<Deleted> {
    return this.registry.remove(id, caller);
  }

  /** Says that a VM is alive; to be sent about once a minute. */
  @Post('vms/:id/heartbeat')
  @Needs('agent')
  @HttpCode(HttpStatus.OK)
  @ApiOkResponse({ type: Heartbeat })
  @ApiUnknown('VM not found')
  beat(@Param('id') id: string): Promise<Heartbeat> {
    return this.registry.beat(id);
  }

  /** Lists the VMs with a role that are running and not stale, oldest registration first. */
  @Get('discover/:role')
  @ApiOkResponse({ type: VmList })
  discover(@Param('role') role: string, @Query() query: PageQuery): Answer {
    return Answer.list('vms', this.registry.discover(role, query));
  }
}
