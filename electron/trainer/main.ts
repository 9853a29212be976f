/** Entry point of the trainer process: the one that owns the accelerator, and may crash without harm. */
import { runJob } from './jobs/index.ts'
import { serveJobs } from './serve.ts'

serveJobs(runJob)
