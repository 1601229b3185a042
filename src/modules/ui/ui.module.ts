import { Module } from '@nestjs/common';
import { DashboardController } from './dashboard.controller.js';

/** The dashboard: pages for the people who watch the swarm. */
@Module({ controllers: [DashboardController] })
export class UiModule {}
