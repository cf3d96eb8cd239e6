import { graph, most, of, quantile, sum, total } from "./words.mjs";

export default {
  uid: "aiva-queue",
  title: "AIVA: queue and documents",
  description: "Jobs of all processes, and what becomes of documents and images (S144)",
  rows: [
    {
      title: "Jobs",
      panels: [
        graph("Waiting", "none", [[most("aiva_jobs_queued", "kind"), "{{kind}}"]]),
        graph("Being done", "none", [[total("aiva_jobs_running", "instance"), "{{instance}}"]]),
        graph("Ended", "ops", [[sum("aiva_jobs_total", "", "outcome"), "{{outcome}}"]]),
        graph("Ended, by kind", "ops", [[sum("aiva_jobs_total", "", "kind"), "{{kind}}"]]),
        graph("Time of jobs", "s", [
          [`${quantile(0.95, "aiva_job_duration_seconds", "kind")} >= 0`, "p95 {{kind}}"],
        ]),
      ],
    },
    {
      title: "Documents",
      panels: [
        graph("Documents an hour", "none", [
          [`sum by (outcome) (increase(aiva_documents_ingested_total{${of}}[1h]))`, "{{outcome}}"],
        ]),
        graph("Time of a document", "s", [
          [quantile(0.5, "aiva_ingestion_duration_seconds"), "p50"],
          [quantile(0.95, "aiva_ingestion_duration_seconds"), "p95"],
        ]),
        graph("Pages", "ops", [
          [sum("aiva_pages_read_total"), "read"],
          [sum("aiva_pages_recognised_total"), "recognised"],
        ]),
        graph("Chunks", "ops", [
          [sum("aiva_chunks_stored_total"), "stored"],
          [sum("aiva_embeddings_reused_total"), "vectors used again"],
        ]),
        graph("Vectors", "ops", [
          [sum("aiva_embedding_texts_total"), "texts embedded"],
          [sum("aiva_embedding_failures_total"), "calls that failed"],
        ]),
        graph("Time of the embedder", "s", [
          [quantile(0.5, "aiva_embedding_seconds"), "p50"],
          [quantile(0.95, "aiva_embedding_seconds"), "p95"],
        ]),
        graph("Steps of crawls", "ops", [[sum("aiva_crawl_steps_total"), "steps"]]),
      ],
    },
    {
      title: "Images",
      panels: [
        graph("Images", "ops", [
          [sum("aiva_images_stored_total"), "stored"],
          [sum("aiva_images_failed_total"), "not readable"],
        ]),
        graph("Time of an image", "s", [
          [quantile(0.5, "aiva_image_processing_seconds"), "p50"],
          [quantile(0.95, "aiva_image_processing_seconds"), "p95"],
        ]),
        graph("Time of the image model", "s", [
          [`${quantile(0.95, "aiva_image_inference_seconds", "kind")} >= 0`, "p95 {{kind}}"],
        ]),
      ],
    },
  ],
};
