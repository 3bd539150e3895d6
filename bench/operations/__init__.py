"""Operations measured on a bare system: installed from the bundle, served by systemd, upgraded and killed."""
