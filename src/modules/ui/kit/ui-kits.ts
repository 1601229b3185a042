import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../../../common/clock.js';
import { Config } from '../../../common/config/config.js';
import { originOf } from '../../../common/http/origin.js';
import { UiKit } from './ui-kit.js';

/** Gives templates their {@link UiKit}. */
@Injectable()
export class UiKits {
  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Without a request for what is rendered once for everyone. */
  of(request?: Request): UiKit {
    return new UiKit(request, this.clock.now(), request ? originOf(request, this.config) : '');
  }
}
