import { Module } from '@nestjs/common';
import { AccessLog } from './access-log.js';
import { AccessesRepository } from './accesses.repository.js';
import { RenderingsRepository } from './renderings.repository.js';
import { RenderingsService } from './renderings.service.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';
import { ReportsTakeover } from './reports.takeover.js';
import { SharePageController } from './share-page.controller.js';
import { SharePageFilter } from './share-page.filter.js';
import { SharePagesService } from './share-pages.service.js';
import { SharesController } from './shares.controller.js';
import { SharesRepository } from './shares.repository.js';
import { SharesService } from './shares.service.js';

@Module({
  controllers: [SharePageController, SharesController, ReportsController],
  providers: [
    AccessLog,
    AccessesRepository,
    RenderingsRepository,
    RenderingsService,
    ReportsRepository,
    ReportsService,
    ReportsTakeover,
    SharePageFilter,
    SharePagesService,
    SharesRepository,
    SharesService,
  ],
  exports: [ReportsService, SharesService],
})
export class ReportsModule {}
