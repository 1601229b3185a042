import { Module } from '@nestjs/common';
import { BoardModule } from '../board/board.module.js';
import { JournalModule } from '../journal/journal.module.js';
import { LogModule } from '../log/log.module.js';
import { SmsController } from './sms.controller.js';
import { SmsService } from './sms.service.js';

@Module({ imports: [BoardModule, LogModule, JournalModule], controllers: [SmsController], providers: [SmsService] })
export class SmsModule {}
