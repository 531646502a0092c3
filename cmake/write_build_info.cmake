# Writes OUTPUT from TEMPLATE with the commit of SOURCE_DIR, and only if that changes the file.
set(COMMIT unknown)
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --abbrev=12 --exclude=* --dirty=+
  OUTPUT_VARIABLE described RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(status EQUAL 0 AND described)
  set(COMMIT ${described})
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
