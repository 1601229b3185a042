import { Global, Module } from '@nestjs/common';
import { AssetsController } from './assets.controller.js';
import { Assets } from './assets.js';
import { Pages } from './pages.js';

/** Pages for people: templates, and the files that they load. */
@Global()
@Module({ controllers: [AssetsController], providers: [Assets, Pages], exports: [Pages] })
export class PagesModule {}
