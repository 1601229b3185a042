import { Controller, Get, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Found, SearchQuery, SearchView } from './search.view.js';

@ApiExcludeController()
@Controller('ui/search')
export class SearchController {
  constructor(private readonly search: SearchView) {}

  @Get()
  find(@Query() query: SearchQuery): { found: Found[] } {
    return { found: this.search.find(query) };
  }
}
