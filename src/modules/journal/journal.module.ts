import { Module } from '@nestjs/common';
import { JournalController } from './journal.controller.js';
import { JournalRepository } from './journal.repository.js';
import { JournalService } from './journal.service.js';
import { JournalTakeover } from './journal.takeover.js';

@Module({
  controllers: [JournalController],
  providers: [JournalRepository, JournalService, JournalTakeover],
  exports: [JournalService],
})
export class JournalModule {}
