import { Module } from '@nestjs/common';
import { JournalController } from './journal.controller.js';
import { JournalRepository } from './journal.repository.js';
import { JournalService } from './journal.service.js';

@Module({ controllers: [JournalController], providers: [JournalRepository, JournalService], exports: [JournalService] })
export class JournalModule {}
