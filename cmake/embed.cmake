# Writes the bytes of INPUT as a C array ef_NAME_data into OUTPUT, as HEADER declares it:
# cmake -DINPUT=... -DOUTPUT=... -DNAME=... -DHEADER=... -P embed.cmake
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\nconst size_t ef_${NAME}_data_size = ${bytes};\nconst uint8_t ef_${NAME}_data[] = {\n${hex}};\n")
