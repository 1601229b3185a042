import { Global, Module } from '@nestjs/common';
import { Takeover, TakeoverStorage } from './takeover.js';

/** {@link Takeover.run} comes before the stores that it fills are read. */
@Global()
@Module({ providers: [Takeover, TakeoverStorage], exports: [Takeover] })
export class TakeoverModule {}
