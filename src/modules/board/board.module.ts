import { Module } from '@nestjs/common';
import { BoardController } from './board.controller.js';
import { BoardRepository } from './board.repository.js';
import { BoardService } from './board.service.js';
import { BoardTakeover } from './board.takeover.js';

@Module({
  controllers: [BoardController],
  providers: [BoardRepository, BoardService, BoardTakeover],
  exports: [BoardService],
})
export class BoardModule {}
