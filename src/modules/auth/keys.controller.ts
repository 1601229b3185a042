import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Answer } from '../../common/http/answer.js';
import { Needs } from '../../common/http/needs.js';
import { Deleted } from '../../common/openapi/deleted.entity.js';
import { ApiUnknown } from '../../common/openapi/refusals.js';
import { PageQuery } from '../../common/validation/time-range.dto.js';
import { ApiKeyList, NewApiKey } from './api-key.entity.js';
import { CreateKey } from './auth.dto.js';
import { KeyHoldersService } from './key-holders.service.js';
import { KeysService } from './keys.service.js';

@ApiTags('auth')
@Controller('auth/keys')
export class KeysController {
  constructor(
    private readonly keys: KeysService,
    private readonly holders: KeyHoldersService,
  ) {}

  /** Makes a key; this answer is the only one that holds it. */
  @Post()
  @Needs('admin')
  @ApiCreatedResponse({ type: NewApiKey })
  create(@Body() key: CreateKey): Promise<NewApiKey> {
    return this.keys.create(key);
  }

  /** Lists the keys, newest first, without what is secret about them. */
  @Get()
  @Needs('admin')
  @ApiOkResponse({ type: ApiKeyList })
  list(@Query() query: PageQuery): Answer {
    return Answer.list('keys', this.keys.list(query));
  }

  /** Revokes a key: it is refused from now on, and the streams that it has open end. */
  @Delete(':id')
  @Needs('admin')
  @ApiOkResponse({ type: Deleted })
  @ApiUnknown('key not found')
  revoke(@Param('id') id: string): Promise<Deleted> {
    return this.holders.revoke(id);
  }
}
