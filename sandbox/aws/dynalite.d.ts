// Neither dynalite nor level (which it brings along) has types of its own for what is used here.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}

declare module 'dynalite/db/index.js' {
  interface IndexAction {
    index: string;
    key: string;
    item: unknown;
  }
  interface Database {
    getIndexActions(indexes: unknown[], before: unknown, after: unknown, table: unknown): { puts: IndexAction[] };
  }
  const database: Database;
  export default database;
}
