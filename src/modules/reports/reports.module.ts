import { Module } from '@nestjs/common';
import { Secrets } from '../../common/secrets.js';
import { AccessLog } from './access-log.js';
import { AccessesRepository } from './accesses.repository.js';
import { RenderingsRepository } from './renderings.repository.js';
import { RenderingsService } from './renderings.service.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';
import { ReportsTakeover } from './reports.takeover.js';
import { SharesController } from './shares.controller.js';
import { SharesRepository } from './shares.repository.js';
import { SharesService } from './shares.service.js';

@Module({
  controllers: [ReportsController, SharesController],
  providers: [
    AccessLog,
    AccessesRepository,
    RenderingsRepository,
    RenderingsService,
    ReportsRepository,
    ReportsService,
    ReportsTakeover,
    Secrets,
    SharesRepository,
    SharesService,
  ],
  exports: [ReportsService, SharesService],
})
export class ReportsModule {}
