/* The compiled-in parts of the report's pages: the bytes of data/report and of CITATION.cff, put into C by
 * cmake/embed.cmake. */
#ifndef EF_REPORT_DATA_H
#define EF_REPORT_DATA_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t ef_report_html_data[];
extern const size_t ef_report_html_data_size;
extern const uint8_t ef_report_css_data[];
extern const size_t ef_report_css_data_size;
extern const uint8_t ef_report_words_data[];
extern const size_t ef_report_words_data_size;
extern const uint8_t ef_report_script_data[];
extern const size_t ef_report_script_data_size;
extern const uint8_t ef_report_viewer_data[]; /* gzip */
extern const size_t ef_report_viewer_data_size;
extern const uint8_t ef_citation_data[];
extern const size_t ef_citation_data_size;

#endif
