import { Global, Module } from '@nestjs/common';
import { AssetsController } from './assets.controller.js';
import { Assets } from './assets.js';
import { MermaidFrameController } from './mermaid-frame.controller.js';
import { PageErrorFilter } from './page-error.filter.js';
import { Pages } from './pages.js';

/** Pages for people: templates, and the files that they load. */
@Global()
@Module({
  controllers: [MermaidFrameController, AssetsController],
  providers: [Assets, PageErrorFilter, Pages],
  exports: [Pages],
})
export class PagesModule {}
