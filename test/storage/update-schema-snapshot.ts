/** Updates the schema snapshot after a migration was added. Released migrations are never changed. */
import { writeFileSync } from 'node:fs'
import { openDatabase } from '../../electron/storage/database.ts'
import { migrate, readMigrations } from '../../electron/storage/migrate.ts'
import { describeSchema, snapshotFile } from './schema.ts'

const db = openDatabase(':memory:')
migrate(db, readMigrations())
writeFileSync(snapshotFile, describeSchema(db))
console.log(`${snapshotFile} written: commit it with the migration.`)
