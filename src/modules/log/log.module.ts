import { Module } from '@nestjs/common';
import { LogController } from './log.controller.js';
import { LogRepository } from './log.repository.js';
import { LogService } from './log.service.js';
import { LogTakeover } from './log.takeover.js';

@Module({ controllers: [LogController], providers: [LogRepository, LogService, LogTakeover], exports: [LogService] })
export class LogModule {}
